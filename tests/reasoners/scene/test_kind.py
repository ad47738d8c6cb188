"""What labels mean to the scene."""

from reasoners.scene.kind import ALIVE, PERSON, PORTABLE, VEHICLE, depth_of, kind_of, metres_of


def test_labels_say_what_a_thing_can_do() -> None:
    """People walk, cars drive, bags are carried; what is not known can do nothing."""
    assert kind_of("person") & ALIVE & PERSON
    assert kind_of("car") & VEHICLE
    assert kind_of("backpack") & PORTABLE
    assert kind_of("teapot") == 0


def test_sizes_are_those_of_things() -> None:
    """A bus is larger than a car, a car than a person, and the unknown counts as one metre."""
    assert metres_of("bus") > metres_of("car") > metres_of("person") > metres_of("handbag")
    assert metres_of("teapot") == 1.0
    assert depth_of(kind_of("car")) > depth_of(kind_of("bicycle")) == depth_of(kind_of("person"))
