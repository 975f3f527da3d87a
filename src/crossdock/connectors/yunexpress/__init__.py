"""YunExpress: answers of GetTrackInfo."""
