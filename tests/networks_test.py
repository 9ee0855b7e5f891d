"""The data that ships with the library: shapes, balance, no writing, nothing read before it is asked for."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gdlib import networks


def test_digits_have_the_promised_shapes_and_balance():
    d = networks.digits()
    assert d.x_train.shape == (800, 28, 28)
    assert d.x_test.shape == (200, 28, 28)
    assert all(array.dtype == np.uint8 for array in d)
    assert np.bincount(d.y_train).tolist() == [80] * 10
    assert np.bincount(d.y_test).tolist() == [20] * 10


def test_no_test_image_is_a_training_image():
    d = networks.digits()
    seen = {image.tobytes() for image in d.x_train}
    assert not any(image.tobytes() in seen for image in d.x_test)


def test_digits_are_read_once_and_cannot_be_written_to():
    d = networks.digits()
    assert networks.digits() is d
    for array in d:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_importing_the_library_reads_no_data():
    late = {"gdlib.networks", "gdlib.figures", "matplotlib"}
    code = f"import sys, gdlib; assert not {late} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_licence_lies_beside_the_data():
    text = (Path(networks.__file__).parent / "data" / "README.md").read_text()
    assert "Attribution-Share Alike 3.0" in text
    assert "LeCun" in text
