"""What a user may turn on the tracker."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ByteConfig(BaseModel):
    """Options of the tracker `bytetrack`; times are seconds, so none depends on the frame rate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start_score: float = Field(default=0.5, ge=0, le=1)
    """Score, default 0.5. A detection without a track starts one from here on. Raising it gives
    fewer false tracks and later starts; lowering it the opposite."""

    high_score: float = Field(default=0.4, ge=0, le=1)
    """Score, default 0.4. Detections from here on are matched first and with every track. Raising
    it trusts fewer detections; lowering it lets weak ones compete with strong ones."""

    low_score: float = Field(default=0.1, ge=0, le=1)
    """Score, default 0.1. Detections between this and `high_score` may only continue a confirmed
    track. Raising it loses objects while they are half hidden; lowering it lets noise drag tracks
    along."""

    iou: float = Field(default=0.15, gt=0, lt=1)
    """Intersection over union, default 0.15: least overlap of predicted box and detection in the
    first stage. Raising it splits tracks when motion is abrupt; lowering it mixes up neighbours."""

    low_iou: float = Field(default=0.4, gt=0, lt=1)
    """Intersection over union, default 0.4: least overlap in the second stage, with weak
    detections. Raising and lowering it act as for `iou`."""

    reach: float = Field(default=1.5, ge=0, le=10)
    """Box widths and heights, default 1.5: how far the centre may be from its prediction where
    boxes do not overlap any more, which happens at low frame rates. Raising it follows faster
    objects at few frames per second; lowering it keeps strangers apart; 0 turns the stage off."""

    speed: float = Field(default=2.0, gt=0, le=20)
    """Box widths and heights per second, default 2: the usual speed of an object that was seen
    only once (one standard deviation). Raising it expects faster objects from the second frame on;
    lowering it makes new tracks steadier."""

    confirm_hits: int = Field(default=2, ge=1, le=100)
    """Frames, default 2: how often an object must be seen before its track is returned. Raising it
    hides flickering false detections and reports later; 1 reports at once."""

    confirm_after: float = Field(default=0.0, ge=0, le=60)
    """Seconds, default 0: how long, in addition, an object must have been in view. Raising it makes
    the wait independent of the frame rate; 0 leaves the decision to `confirm_hits`."""

    confirm_gap: float = Field(default=0.0, ge=0, le=60)
    """Seconds, default 0: how long a track that is not confirmed yet survives unseen. Raising it
    finds objects that are detected now and then, and more noise; 0 gives up at the first miss."""

    keep: float = Field(default=2.0, ge=0, le=600)
    """Seconds, default 2: how long a confirmed track is predicted and returned as `lost` before it
    is given up. Must exceed the frame interval: a gap between two frames longer than this drops
    every track. Raising it survives longer occlusion and may hand an old id to a newcomer;
    lowering it splits tracks."""

    label_change: float = Field(default=0.5, ge=0, le=1)
    """Factor, default 0.5, on the similarity of a track and a detection with different labels. 1
    ignores labels, 0 never matches different ones; between, a change of label asks for more
    overlap."""

    label_memory: float = Field(default=5.0, gt=0, le=3600)
    """Seconds, default 5: the age at which a vote for a label counts half. Raising it makes labels
    steadier; lowering it corrects a wrong first label sooner."""

    label_margin: float = Field(default=1.5, ge=1, le=100)
    """Ratio, default 1.5: how far another label's votes must exceed the present one's before the
    track's label changes. Raising it stops flicker between similar classes; 1 follows the majority
    at once."""

    duplicate_iou: float = Field(default=0.85, gt=0, le=1)
    """Intersection over union, default 0.85: a detection without a track that overlaps a followed
    object by this much starts none, because detectors name one object twice (car and truck).
    Lowering it also suppresses close neighbours; 1 turns it off but for equal boxes."""

    max_tracks: int = Field(default=256, ge=1, le=10_000)
    """Tracks, default 256: more are not started. Raising it costs time in crowds."""

    @model_validator(mode="after")
    def _scores_ascend(self) -> Self:
        if not self.low_score <= self.high_score <= self.start_score:
            raise ValueError(
                "scores must ascend: low_score <= high_score <= start_score, but they are "
                f"{self.low_score}, {self.high_score}, {self.start_score}"
            )
        return self
