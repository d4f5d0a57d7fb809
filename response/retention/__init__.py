"""How long events are kept: what a store holds, the policy, what falls due, and until when there is room. Pure but for
`sweep`, which works on the Store port."""
