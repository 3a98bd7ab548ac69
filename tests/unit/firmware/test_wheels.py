"""Names of wheels and what they fit."""

import pytest

from digigate.firmware.wheels import Machine, Wheel

DEBIAN = Machine((3, 11), "x86_64", (2, 36))
ALPINE = Machine((3, 11), "x86_64", None)


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("py2-none-any", False),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", True),
        ("cp311-cp311-manylinux2014_x86_64", True),
        ("cp311-cp311-manylinux_2_39_x86_64", False),
        ("cp311-cp311-linux_x86_64", True),
        ("cp312-cp312-manylinux2014_x86_64", False),
        ("cp39-abi3-manylinux_2_28_x86_64", True),
        ("cp313-abi3-manylinux_2_28_x86_64", False),
        ("cp311-cp311-manylinux2014_aarch64", False),
        ("cp311-cp311-win_amd64", False),
        ("cp311-cp311-musllinux_1_2_x86_64", False),
    ],
)
def test_tags(tags: str, fits: bool) -> None:
    assert Wheel.parse(f"digigate-1.2.3-{tags}.whl").fits(DEBIAN) is fits


def test_no_glibc_takes_no_wheel_for_glibc() -> None:
    assert not Wheel.parse("a-1-cp311-cp311-manylinux2014_x86_64.whl").fits(ALPINE)
    assert Wheel.parse("a-1-py3-none-any.whl").fits(ALPINE)


@pytest.mark.parametrize(
    "name",
    ["../x-1-py3-none-any.whl", "x-1-py3-none-any.zip", "x.py", "", "a/b-1-py3-none-any.whl",
     "a-1-py3-none-any.whl\n", "-1-py3-none-any.whl", "a-..1-py3-none-any.whl",
     "a\0-1-py3-none-any.whl"],
)  # fmt: skip
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a wheel"):
        Wheel.parse(name)
