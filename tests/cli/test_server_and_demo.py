import json
import signal
import socket


def test_the_server_says_how_to_join_and_ends_well_by_a_signal(cli):
    for number in (signal.SIGINT, signal.SIGTERM):
        server = cli.start("server", "--json", "--room", "den")
        where = json.loads(server.stdout.readline())
        assert where.keys() == {"url", "api_key", "api_secret", "room", "token"}
        assert where["room"] == "den"
        joined = cli.run("participants", "--url", where["url"], "--token", where["token"], "--json")
        assert json.loads(joined.stdout)["participants"][0]["identity"] == "guest"
        server.send_signal(number)
        _, said = server.communicate(timeout=15)
        assert (server.returncode, said) == (0, b"")


def test_for_people_it_prints_lines_for_the_environment(cli):
    server = cli.start("server")
    lines = [server.stdout.readline().decode().strip() for _ in range(3)]
    assert [line.partition("=")[0] for line in lines] == ["LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"]
    assert any(b"playground" in server.stdout.readline() for _ in range(2))
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=15)
    assert server.returncode == 0


def test_a_port_that_is_taken_is_a_sentence_and_status_1(cli):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = cli.run("server", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert b"Cannot listen on 127.0.0.1" in done.stderr
    assert b"Traceback" not in done.stderr


def test_without_the_extra_the_line_that_installs_it_is_printed(cli):
    # A directory that hides aiortc from the import system: what a plain install looks like.
    (cli.home / "sitecustomize.py").write_text(
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'aiortc': raise ModuleNotFoundError(name)\n"
        "import importlib.util\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'aiortc' else real(name, *rest)\n"
    )
    for arguments in (("server",), ("demo", "--headless")):
        done = cli.run(*arguments, env={"PYTHONPATH": f"{cli.home}"})
        assert done.returncode == 1
        assert b"pip install 'rpc-inspector[demo]'" in done.stderr
        assert b"Traceback" not in done.stderr


def test_the_headless_demo_makes_every_call_and_all_come_out_as_expected(cli):
    from rpc_inspector.demo.story import STORY

    done = cli.run("demo", "--headless")
    assert done.returncode == 0, done.stdout.decode()
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 1 + len(STORY) + 2
    assert lines[-1].startswith(f"{len(STORY)} calls · {len(STORY)} as expected")
    assert b"NOT 1" not in done.stdout
    assert done.stderr == b""
