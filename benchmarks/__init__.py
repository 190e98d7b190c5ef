"""What the figures in docs/performance.md come from: ratios within one run, never absolute times of one machine."""
