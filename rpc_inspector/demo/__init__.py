"""The demo participants and their story, on a room server of their own in a child process."""
