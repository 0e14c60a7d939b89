"""Every statement of a lesson about behaviour: what would fail if a version changed it."""
