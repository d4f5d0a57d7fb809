"""A person does the step, or answers a question; the run waits."""

from response.playbooks.action import Action

# By itself a question touches nothing. Where the person's hand does, the playbook claims network or process.
ACTION = Action(name="ask", effect="observe", undo=False, perform=None)
