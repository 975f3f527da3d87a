"""PostNord: track and trace v5 and v7."""
