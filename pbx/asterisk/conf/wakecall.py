#!/usr/bin/python3
"""AGI(wakecall.py,ROUTE,name=value,...) asks the PNS: WAKECALL_ANSWER is its answer, or 0. The caller is taken from the
channel. A file wakecall.token beside the script, of mode 600, holds the localToken if the settings have one."""

import http.client
import pathlib
import signal
import sys
import urllib.parse

# A caller's name may be in any encoding.
sys.stdin.reconfigure(errors="replace")
route, *pairs = sys.argv[1:]
form = dict(pair.split("=", 1) for pair in pairs)
channel = dict(line.rstrip("\n").split(": ", 1) for line in iter(sys.stdin.readline, "\n") if ": " in line)
token = pathlib.Path(__file__).with_name("wakecall.token")


def ask(route, form, seconds):
    headers = {"Accept": "text/plain", "Content-Type": "application/x-www-form-urlencoded"}
    if token.exists():
        headers["Authorization"] = "Bearer " + token.read_text().strip()
    pns = http.client.HTTPConnection("127.0.0.1", 7460, timeout=1)
    try:
        pns.connect()
        pns.sock.settimeout(seconds)
        pns.request("POST", "/" + route, urllib.parse.urlencode(form), headers)
        answer = pns.getresponse()
        return answer.read().decode() if answer.status == 200 else "0"
    except (OSError, http.client.HTTPException):
        return "0"


def hung_up(*_):
    ask("cancel_call", {"callId": form["callId"], "reason": "caller_hung_up"}, 3)
    sys.exit()


if route == "push_call":
    signal.signal(signal.SIGHUP, hung_up)
    # Bits 6 and 7 of the presentation (Q.931): 01 is a caller who does not want to be shown.
    shown = int(channel.get("agi_callingpres", 0)) & 0x60 != 0x20
    for name, field in ("from", "agi_callerid"), ("name", "agi_calleridname"):
        if shown and channel[field] != "unknown":
            form[name] = channel[field]

print('SET VARIABLE WAKECALL_ANSWER "%s"' % ask(route, form, int(form.get("seconds", 0)) + 3), flush=True)
sys.stdin.readline()
