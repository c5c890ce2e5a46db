"""JupyterLab, started so that a newcomer's terminal shows an address and nothing that frightens."""

import signal
import sys
import warnings
from typing import Any


def serve(*options: str) -> int:
    """What ``python -m jupyterlab`` does, in this process: so signals reach it, and no server is
    left behind. Its address is printed, however one is let in.
    """
    import zmq
    from jupyter_client.manager import KernelManager
    from jupyterlab.labapp import LabApp

    # of what Jupyter's code, and its extensions', is to do otherwise some day; some ask for them
    warnings.showwarning = lambda *_, **__: None
    # a kernel warns where nothing is encrypted on its way to it, even within this machine
    can_encrypt = hasattr(KernelManager, "transport_encryption") and zmq.has("curve")
    encryption = ["--KernelManager.transport_encryption=auto"] if can_encrypt else []
    server = LabApp.initialize_server([*options, *encryption])
    identity = server.identity_provider
    urls = [url.strip() for url in server.display_url.splitlines()]
    if identity.token_generated:
        identity.token_generated = False  # Jupyter would print the address once more, as an alarm
        key = ""
    else:
        urls = [url.partition("?")[0] for url in urls]
        key = "the token that you set" if identity.token else "your password"
    print("JupyterLab is at", *(f"    {url}" for url in urls), sep="\n")
    if key and identity.auth_enabled:
        print(f"It asks for {key}.")
    sys.stdout.flush()

    def end(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second one does not wait
        server.stop(from_signal=True)

    if sys.platform != "win32":  # there Ctrl-C ends it as it is
        signal.signal(signal.SIGINT, end)  # no question is asked, and kernels end, too
    server.start()
    return 0
