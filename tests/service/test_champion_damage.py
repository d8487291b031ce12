"""A damaged pointer or manifest is refused, never raised or believed."""

from __future__ import annotations

import json

import pytest

from tests.bureau import Bureau
from tests.rankers import put_in_place, small_ranker
from tests.service.test_champion import BAD, GOOD, a_list


def test_a_pointer_that_is_no_text_leaves_the_good_ranker(bureau: Bureau):
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    app.sync()
    (app.ranker_folder / "current").write_bytes(b"\xff\xfe\x00rubbish")
    app.sync()
    assert a_list(app).ranker == GOOD
    assert app.champion.refused is not None


@pytest.mark.parametrize("files", [None, ["trees.txt"], {}])
def test_a_manifest_whose_files_are_no_list_of_files_is_refused(bureau: Bureau, files):
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    app.sync()
    path = put_in_place(app, small_ranker(BAD, seed=1))
    content = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(content | {"files": files}))
    app.sync()
    assert a_list(app).ranker == GOOD
    assert app.champion.refused is not None
