"""The first page: what is simulated here, for a person who opens the address."""

from collections.abc import Iterable
from html import escape

from sandbox.faults import KINDS
from sandbox.system import System

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1f2937 }}
code {{ background: #f3f4f6; padding: .1rem .3rem; overflow-wrap: anywhere }}
dt {{ font-weight: 600 }}
</style></head>
<body><main><h1>Sandbox</h1>
<p>Outside systems, simulated. Nothing here leaves this machine.</p>
{systems}
<h2>Misbehaving to order</h2>
<p><code>POST /-/&lt;system&gt;/faults</code> with, for example,
<code>{{"kind": "status", "status": 503, "times": 2}}</code>; <code>DELETE</code>
there takes all orders back. <code>GET /-/&lt;system&gt;/requests</code> lists what was asked.</p>
<dl>{kinds}</dl>
</main></body></html>
"""


def first_page(systems: Iterable[System]) -> bytes:
    """Return the page."""
    kinds = "".join(f"<dt>{escape(kind)}</dt><dd>{escape(words)}</dd>" for kind, words in KINDS.items())
    return PAGE.format(systems="".join(map(_system, systems)), kinds=kinds).encode()


def _system(system: System) -> str:
    lines = "".join(f"<li><code>{escape(line)}</code></li>" for line in system.addresses)
    name = f'<a href="/-/{system.slug}">{escape(system.title)}</a>'
    return f"<h2>{name}</h2><ul>{lines}</ul><p>{system.counted} calls so far.</p>"
