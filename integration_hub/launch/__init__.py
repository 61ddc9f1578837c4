"""`make run`: everything the hub needs on one machine, started together and stopped together.

* `__main__` the order of things and the printed block;
* `place` what must be free before anything starts: the data directory and the port;
* `prepare` the database, static files and demo company, in a process of its own, so that the launcher stays small;
* `simulated` the outside systems of `sandbox/`, and the hub pointed at them;
* `children` the web server and the worker as processes that never outlive the launcher;
* `supervisor` keeps them up until somebody asks for the end.
"""
