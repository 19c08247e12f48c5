"""The console's one blueprint, on which every page registers itself."""

from flask import Blueprint

from expertdb.console.handling import Pages

blueprint = Blueprint("console", __name__, template_folder="templates")
pages = Pages(blueprint)
