"""Our code beside a yardstick, as ratios: `make bench`; docs/performance.md tells how to read and add one."""
