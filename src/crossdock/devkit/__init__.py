"""What a connector's author needs: the conformance kit and connectors built without a configuration."""
