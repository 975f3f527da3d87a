"""Between DPD's messages and canonical scans; pure."""
