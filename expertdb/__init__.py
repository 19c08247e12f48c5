"""An expert database for intellectual-property consultations and policy making; `README.md` says how to start."""
