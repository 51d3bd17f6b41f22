/** Actions on resources. `wildcard` says why a resource has to end in `*`: cdk-nag refuses one without a reason. */
export type Grant = { actions: string[]; resources: string[]; wildcard?: string }

/** What a function may do with something, and the environment variable's value by which it knows it: never one without the other. */
export type Access = { value: string; grants: Grant[] }
