"""From a bare Python to the course: without a network, with installers that only pretend."""
