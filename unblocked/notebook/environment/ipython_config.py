"""Every kernel of the environment has the verbs and `%%exercise`, without a set-up cell and after each restart."""

c = get_config()  # noqa: F821  # given by IPython
c.InteractiveShellApp.extensions = ["unblocked.notebook"]
