"""What is drawn of one camera's events: on snapshots, forecast pictures and films. Pure."""

from reasoners.predictions.forecaster import Forecaster
from reasoners.scene.config import SceneConfig
from reasoners.scene.scene import Scene
from reasoners.telling.forecast import forecast, stated
from reasoners.telling.foreshown import ties, ways
from reasoners.telling.snapshot import TIES, picture
from reasoners.telling.story import Story
from reasoners.telling.strokes import Tails, color_of, foot
from sources import Mark, PictureRequest


class Drawing:
    """Asks for pictures of events.

    Args:
        config: What is watched for: zones and lines are drawn.
        scene: Who is there, and what holds between them.
        forecaster: Where they are expected.
    """

    def __init__(self, config: SceneConfig, scene: Scene, forecaster: Forecaster) -> None:
        self._config = config
        self._scene = scene
        self._forecaster = forecaster
        self._tails = Tails()

    def remember(self) -> None:
        """Keep where everybody was, for the tails on pictures."""
        now = self._scene.now
        self._tails.forget(now)
        for thing in self._scene.things.values():
            if thing.seen:
                self._tails.note(thing.id, now, foot(thing.box))

    def clear(self) -> None:
        """Forget where anybody was."""
        self._tails.clear()

    def picture(self, story: Story) -> PictureRequest:
        """Ask for a snapshot of an event, of the latest frame that shows it."""
        # A picture marks nobody where nobody is, except whom its event has always been about.
        shown = [thing for thing in story.things if thing.seen] or story.things[:1]
        held = (one for thing in shown for one in self._scene.touching(thing)[0])
        between, touched = ties(held, self._scene.things.get, TIES)
        tails = (self._tails.mark(one.id, color_of(one.track), foot(one.box)) for one in shown)
        ahead = ways(shown, self._forecaster.expected)
        others = [one for one in touched if one not in shown]
        return picture(story.view.index, shown, self._config, (*between, *tails, *ahead), others)

    def forecast(self, story: Story) -> PictureRequest | None:
        """Ask for a picture of what is expected, of whom it is about and of all others."""
        ahead = story.telling.forecast
        if not ahead:
            return None
        about = [thing for thing in story.things if thing.seen]
        others = [thing for thing in self._scene.things.values() if thing not in about]
        told = stated(
            (one for thing in about for one in self._forecaster.about(thing)),
            self._scene.track,
            self._scene.now,
        )
        expected = self._forecaster.expected
        found = forecast(story.view.index, [*about, *others], self._config, expected, ahead, told)
        story.album.forecasts += found is not None
        return found

    def foreshown(self) -> list[Mark]:
        """Draw where everything seen goes, and what holds between them, for a film."""
        scene = self._scene
        between, _ = ties(scene.relations(), scene.things.get)
        return between + ways(scene.things.values(), self._forecaster.expected)
