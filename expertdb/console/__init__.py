"""Pages for people. For now the front page only, which says what runs here and where to go."""

from flask import Blueprint, Flask, render_template

blueprint = Blueprint("console", __name__, template_folder="templates")


@blueprint.get("/")
def front_page() -> str:
    """What this is, in Chinese and English."""
    return render_template("front.html")


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
