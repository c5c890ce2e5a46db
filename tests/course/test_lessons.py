"""The command line: lessons are copied and never overwritten, trusted, and opened."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from jupyter_server.auth import passwd
from lengths import short
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

import gradviz
from gradviz.course import lessons

FIRST, SECOND = "02-first.ipynb", "03-second.ipynb"


def write_lesson(path: Path, heading: str) -> None:
    picture = new_output("display_data", data={"image/svg+xml": "<svg/>", "text/plain": "a figure"})
    nbformat.write(
        new_notebook(
            cells=[new_markdown_cell(heading), new_code_cell("figure", outputs=[picture])]
        ),
        path,
    )


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Lessons made up for a test, with data, and a Jupyter that trusts nothing yet."""
    home = tmp_path / "home"
    (home / "data" / ".ipynb_checkpoints").mkdir(parents=True)
    write_lesson(home / FIRST, "Some words.\n\n# The first lesson #\n\n## Not this")
    write_lesson(home / SECOND, "No heading")
    (home / "data" / "points.csv").write_text("1,2\n")
    (home / "data" / ".ipynb_checkpoints" / "points.csv").write_text("old\n")
    monkeypatch.setattr(lessons, "lessons_folder", lambda: home)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter" / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter" / "config"))
    return home


@pytest.fixture
def opened(monkeypatch):
    """What JupyterLab would have been started with."""
    options = []
    monkeypatch.setattr(lessons, "serve", lambda *given: options.extend(given) or 0)
    return options


def trusted(path: Path) -> bool:
    notary = NotebookNotary()
    with closing(notary.store):
        return notary.check_signature(nbformat.read(path, as_version=4))


def wait_for(address: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=seconds):
                return
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# Copying


def test_lessons_and_data_are_copied(home, tmp_path):
    folder = tmp_path / "new" / "folder"
    assert lessons.copy_lessons(folder) == []
    assert files(folder) == {FIRST, SECOND, "data/points.csv", lessons.MANIFEST}
    for name in (FIRST, SECOND, "data/points.csv"):
        assert (folder / name).read_bytes() == (home / name).read_bytes()


def test_a_changed_file_is_kept_however_often_and_whatever_is_new(home, tmp_path):
    lessons.copy_lessons(tmp_path / "mine")
    (tmp_path / "mine" / "data" / "points.csv").write_text("my own\n")
    assert lessons.copy_lessons(tmp_path / "mine") == ["data/points.csv"]
    (home / "data" / "points.csv").write_text("newer\n")
    assert lessons.copy_lessons(tmp_path / "mine") == ["data/points.csv"]
    assert (tmp_path / "mine" / "data" / "points.csv").read_text() == "my own\n"


def test_an_unchanged_file_is_updated_and_a_missing_one_comes_back(home, tmp_path):
    lessons.copy_lessons(tmp_path / "mine")
    write_lesson(home / FIRST, "# Better")
    (tmp_path / "mine" / SECOND).unlink()
    assert lessons.copy_lessons(tmp_path / "mine") == []
    assert lessons.title(tmp_path / "mine" / FIRST) == "Better"
    assert (tmp_path / "mine" / SECOND).exists()


@pytest.mark.parametrize("manifest", [None, b"", b"not json", b"[1, 2]", b"\xff\xfe"])
def test_a_file_of_unknown_origin_is_kept(home, tmp_path, manifest):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / FIRST).write_text("who knows")
    if manifest is not None:
        (tmp_path / "mine" / lessons.MANIFEST).write_bytes(manifest)
    assert lessons.copy_lessons(tmp_path / "mine") == [FIRST]
    assert (tmp_path / "mine" / FIRST).read_text() == "who knows"
    assert (tmp_path / "mine" / SECOND).exists()


def test_other_files_of_the_learner_are_left_alone(home, tmp_path):
    lessons.copy_lessons(tmp_path / "mine")
    (tmp_path / "mine" / "notes.ipynb").write_text("mine")
    lessons.copy_lessons(tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.ipynb").read_text() == "mine"


# gradviz lab


def test_lab_opens_the_first_lesson_in_the_folder(home, tmp_path, opened, capsys):
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in opened
    assert f"--LabApp.default_url=/lab/tree/{FIRST}" in opened
    assert {option.split("=")[0] for option in opened} - {"--allow-root"} == {
        "--ServerApp.root_dir",
        "--LabApp.default_url",
        "--HTMLExporter.preprocessors",
        "--Application.log_level",
    }
    assert str(tmp_path / "mine") in capsys.readouterr().out


def test_lab_has_a_default_folder_and_takes_options(home, tmp_path, opened, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lessons.main(["lab", "--no-browser", "--port", "8899"]) == 0
    assert {
        "--no-browser",
        "--port=8899",
        f"--ServerApp.root_dir={tmp_path / 'gradviz-lessons'}",
    } <= set(opened)
    assert (tmp_path / "gradviz-lessons" / FIRST).exists()


def test_lab_trusts_what_it_copied_and_not_what_was_changed(home, tmp_path, opened, capsys):
    lessons.copy_lessons(tmp_path / "mine")
    write_lesson(tmp_path / "mine" / SECOND, "# Changed")
    assert not trusted(tmp_path / "mine" / FIRST)
    lessons.main(["lab", str(tmp_path / "mine")])
    assert trusted(tmp_path / "mine" / FIRST)
    assert not trusted(tmp_path / "mine" / SECOND)
    said = capsys.readouterr().out
    assert f"{SECOND} was changed by you and is kept" in said
    assert FIRST not in said


def test_lab_in_the_lessons_themselves_copies_nothing(home, opened):
    before = files(home)
    assert lessons.main(["lab", str(home)]) == 0
    assert files(home) == before
    assert trusted(home / FIRST)


def test_lab_opens_even_if_nothing_can_be_trusted(home, tmp_path, opened, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "file" / "data"))
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 0
    assert opened
    assert "cannot mark notebooks as trusted" in capsys.readouterr().err


def test_lab_without_jupyterlab_says_what_to_install(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 2
    error = capsys.readouterr().err
    assert "pip install 'gradviz-notebooks[lab]'" in error
    assert "pip install -e '.[lab]'" in error
    assert not (tmp_path / "mine").exists()


def test_lab_in_a_file_is_refused(home, tmp_path, opened, capsys):
    (tmp_path / "file").touch()
    assert lessons.main(["lab", str(tmp_path / "file")]) == 2
    assert f"{tmp_path / 'file'} is a file" in capsys.readouterr().err
    assert lessons.main(["lab", str(tmp_path / "file" / "below")]) == 2
    assert "cannot copy the lessons to" in capsys.readouterr().err
    assert not opened


def test_lab_where_nothing_can_be_written_is_refused(home, tmp_path, opened, monkeypatch, capsys):
    def refuse(path, content):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(lessons, "_write", refuse)
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 2
    assert (
        capsys.readouterr().err
        == f"gradviz: cannot copy the lessons to {tmp_path / 'mine'}: Permission denied\n"
    )
    assert not opened


def test_jupyterlabs_exit_code_is_returned(home, tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "serve", lambda *options: 7)
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 7


def test_ctrl_c_while_jupyterlab_starts_leaves_no_traceback(home, tmp_path, monkeypatch):
    def interrupted(*options):
        raise KeyboardInterrupt

    monkeypatch.setattr(lessons, "serve", interrupted)
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 130


def run(*arguments, home, **options):
    """The command in a process of its own, with the lessons of a test."""
    script = (
        "import pathlib, signal, sys; from gradviz.course import lessons; "
        f"lessons.lessons_folder = lambda: pathlib.Path({str(home)!r}); "
        # where the tests run in the background, Ctrl-C is ignored, and a child inherits that
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "sys.exit(lessons.main())"
    )
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], **options)


@contextmanager
def served(home, folder):
    """A server as a newcomer starts it: what its terminal shows, line by line, and its address on
    this machine. Ended by Ctrl-C, which adds nothing to the terminal.
    """
    shown = []
    with run(
        *("lab", folder, "--no-browser", "--port", "0"),
        home=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            for line in server.stdout:
                shown.append(line.rstrip())
                if address := re.search(r"(http://127\.0\.0\.1:\d+)/\S*", line):
                    break
            wait_for(f"{address[1]}/api")  # the address is printed before anybody listens there
            yield shown, address
            server.send_signal(signal.SIGINT)
            shown += [line.rstrip() for line in server.stdout]
        finally:
            server.kill()
    assert server.returncode == 0


HEADER = {"msg_id": "1", "msg_type": "execute_request", "session": "1", "username": ""}
EXECUTE = {
    "header": {**HEADER, "version": "5.3"},
    "parent_header": {},
    "metadata": {},
    "content": {"code": "import gradviz"},
    "channel": "shell",
}
on_posix = pytest.mark.skipif(
    os.name != "posix", reason="Ctrl-C cannot be sent to one process on Windows"
)


@on_posix
@pytest.mark.long
def test_what_a_newcomers_terminal_shows(home, tmp_path):
    """Nothing but where it is, while a page is loaded, a kernel runs, and Ctrl-C ends it."""
    with served(home, tmp_path / "mine") as (shown, address):
        assert re.search(rf"/lab/tree/{FIRST}\?token=\w+$", address[0])
        key = {"Authorization": "token " + address[0].partition("token=")[2]}

        async def used():
            client = AsyncHTTPClient()
            for page in ("lab", "lab/api/build", "api/nothing"):
                await client.fetch(f"{address[1]}/{page}", headers=key, raise_error=False)
            ask = HTTPRequest(f"{address[1]}/api/kernels", method="POST", headers=key, body="{}")
            kernel = json.loads((await client.fetch(ask)).body)["id"]
            channels = f"{address[1]}/api/kernels/{kernel}/channels".replace("http", "ws")
            socket = await websocket_connect(HTTPRequest(channels, headers=key))
            await socket.write_message(json.dumps(EXECUTE))
            while json.loads(await socket.read_message())["msg_type"] != "execute_reply":
                pass
            socket.close()

        asyncio.run(used())
    home_address = address[0].replace("127.0.0.1", "localhost")
    # the kernel says so by itself if it is interrupted at work, as a server that ends does
    interrupted = "KeyboardInterrupt caught in kernel"
    assert [line for line in shown if line and interrupted not in line] == [
        f"The lessons are in {tmp_path / 'mine'}; Ctrl-C here ends JupyterLab.",
        "JupyterLab is at",
        f"    {home_address}",
        f"    {address[0]}",
    ]


@on_posix
@pytest.mark.long
def test_what_is_exported_shows_figures_and_not_widgets(home, tmp_path):
    """JupyterLab saves the state of widgets, and nbconvert would show nothing but these."""
    data = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "1", "version_major": 2},
        "text/html": "<img src='data:,' alt='a figure'>",
        "text/plain": "a figure",
    }
    widget = {"model_name": "VBoxModel", "model_module": "@jupyter-widgets/controls", "state": {}}
    states = {"version_major": 2, "version_minor": 0, "state": {"1": widget}}
    notebook = new_notebook(
        cells=[new_code_cell("view", outputs=[new_output("display_data", data=data)])],
        metadata={"widgets": {"application/vnd.jupyter.widget-state+json": states}},
    )
    (tmp_path / "mine").mkdir()
    nbformat.write(notebook, tmp_path / "mine" / "saved.ipynb")
    with served(home, tmp_path / "mine") as (_, address):
        key = address[0].partition("?")[2]
        for format in ("html", "slides"):
            page = f"{address[1]}/nbconvert/{format}/saved.ipynb?{key}"
            with urlopen(page, timeout=120) as answer:
                assert 'alt="a figure"' in answer.read().decode()


@on_posix
@pytest.mark.parametrize("key", short(0, ["token", "password"]))
def test_an_address_is_printed_however_one_is_let_in(home, tmp_path, monkeypatch, key):
    if key == "token":
        monkeypatch.setenv("JUPYTER_TOKEN", "my-own-secret")
    else:
        settings = {"PasswordIdentityProvider": {"hashed_password": passwd("secret", "sha1")}}
        config = tmp_path / "jupyter" / "config" / "jupyter_server_config.json"
        config.parent.mkdir(parents=True)
        config.write_text(json.dumps(settings), encoding="utf-8")
    with served(home, tmp_path / "mine") as (shown, address):
        assert address[0].endswith(f"/lab/tree/{FIRST}")
    assert any(line.startswith("It asks for ") and key in line for line in shown)
    assert "secret" not in "".join(shown)
    assert not any(line.startswith("[") for line in shown)


@pytest.mark.parametrize("port", ["-5", "99999", "eight", ""])
def test_a_port_that_there_is_not_is_refused(home, port, opened, capsys):
    with pytest.raises(SystemExit) as end:
        lessons.main(["lab", "--port", port])
    assert end.value.code == 2
    assert f"a port is a number from 0 to 65535, not {port}" in capsys.readouterr().err
    assert not opened


@pytest.mark.skipif(os.name != "posix", reason="links need a permission on Windows")
@pytest.mark.parametrize("below", ["", "below"])
def test_a_loop_of_links_is_refused(home, tmp_path, opened, capsys, below):
    (tmp_path / "loop").symlink_to(tmp_path / "pool")
    (tmp_path / "pool").symlink_to(tmp_path / "loop")
    assert lessons.main(["lab", str(tmp_path / "loop" / below)]) == 2
    assert re.match(r"gradviz: .*(loop|symbolic link)", capsys.readouterr().err)
    assert not opened


def test_a_path_that_no_system_takes_is_refused(home, tmp_path, opened, capsys):
    assert lessons.main(["lab", str(tmp_path / ("x" * 5000))]) == 2
    assert re.match(r"gradviz: cannot copy the lessons to .*: ", capsys.readouterr().err)


@pytest.mark.parametrize("manifest", [True, False])
def test_a_folder_that_is_up_to_date_is_opened_though_it_is_read_only(
    home, tmp_path, opened, monkeypatch, capsys, manifest
):
    lessons.copy_lessons(tmp_path / "mine")
    if not manifest:  # a teacher copied them by hand
        (tmp_path / "mine" / lessons.MANIFEST).unlink()

    def refuse(path, content):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(lessons, "_write", refuse)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert lessons.main(["lab", str(tmp_path / "mine")]) == 0
    assert opened
    assert "cannot be saved" in capsys.readouterr().out


# The other commands


def test_list_names_each_lesson_with_its_title(home, capsys):
    assert lessons.main(["list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{FIRST}   The first lesson",
        f"{SECOND}  03-second",
    ]


def test_title_reads_sources_kept_as_lists(tmp_path):
    cell = {"cell_type": "markdown", "source": ["words\n", "# 链式法则 and C#"]}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert lessons.title(tmp_path / "a.ipynb") == "链式法则 and C#"


def test_without_lessons_the_installation_is_blamed(home, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(lessons, "lessons_folder", lambda: tmp_path / "nowhere")
    for command in ("list", "lab"):
        assert lessons.main([command]) == 2
        assert "there are no lessons in" in capsys.readouterr().err


def test_trust_signs_a_folder(home, capsys):
    assert not trusted(home / FIRST)
    assert lessons.main(["trust", str(home)]) == 0
    assert trusted(home / FIRST) and trusted(home / SECOND)
    assert capsys.readouterr() == ("", "")


def test_trust_of_what_is_no_notebook_is_an_error(home, tmp_path, capsys):
    assert lessons.main(["trust", str(tmp_path / "nowhere")]) == 2
    assert "there are no notebooks in" in capsys.readouterr().err
    (home / "04-broken.ipynb").write_text("{")
    assert lessons.main(["trust", str(home)]) == 2
    assert "cannot mark notebooks as trusted" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        lessons.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"gradviz {gradviz.__version__}\n"


def test_gradviz_alone_prints_help(capsys):
    assert lessons.main([]) == 0
    said = capsys.readouterr().out
    assert all(command in said for command in ("lab", "list", "trust", "--version"))


def test_a_lesson_that_was_only_opened_or_run_is_not_changed(home, tmp_path):
    lessons.copy_lessons(tmp_path / "mine")
    notebook = nbformat.read(tmp_path / "mine" / FIRST, as_version=4)
    notebook.metadata["language_info"] = {"name": "python", "version": "3.99"}
    notebook.cells[1].execution_count, notebook.cells[1].outputs = 7, []
    nbformat.write(notebook, tmp_path / "mine" / FIRST)
    write_lesson(home / FIRST, "# The first lesson, rewritten")
    assert lessons.copy_lessons(tmp_path / "mine") == []
    assert "rewritten" in (tmp_path / "mine" / FIRST).read_text()
    notebook.cells[1].source = "my own code"
    nbformat.write(notebook, tmp_path / "mine" / FIRST)
    assert lessons.copy_lessons(tmp_path / "mine") == [FIRST]


# Output that has not all of Unicode, or that nobody reads


@pytest.mark.parametrize("encoding", short(2, ["ascii", "gbk", "cp1252", "cp932", "utf-8"]))
def test_lessons_are_listed_in_every_encoding(home, encoding):
    write_lesson(home / FIRST, "# 链式法则 − ∂z/∂x")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    with run("list", home=home, env=environment, stdout=subprocess.PIPE) as command:
        said = command.communicate()[0].decode(encoding)
    assert command.returncode == 0
    assert re.fullmatch(rf"{FIRST}   (链|\\u94fe).* [−－-] (∂|d)z/(∂|d)x", said.splitlines()[0])


@pytest.mark.skipif(os.name != "posix", reason="pipes break otherwise on Windows")
@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["check", "nothing.svg"]])
def test_a_reader_that_has_gone_is_no_error(home, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with run(*arguments, home=home, stdout=writing, stderr=subprocess.PIPE, text=True) as command:
        os.close(writing)
        assert "Traceback" not in (said := command.communicate()[1])
        assert "Exception" not in said and "Broken pipe" not in said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is full")
def test_a_full_disk_is_said(home):
    with (
        open("/dev/full", "w") as full,
        run("list", home=home, stdout=full, stderr=subprocess.PIPE, text=True) as command,
    ):
        assert command.communicate()[1] == "gradviz: [Errno 28] No space left on device\n"
    assert command.returncode == 2
