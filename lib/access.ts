import { Stack, Validations } from 'aws-cdk-lib'
import type { Role } from 'aws-cdk-lib/aws-iam'

/** Actions on resources. `wildcard` says why a resource has to be a pattern: cdk-nag refuses one without a reason. */
export type Grant = { actions: string[]; resources: string[]; wildcard?: string }

/** What a function may do with something, and the environment variable's value by which it knows it: never one without the other. */
export type Access = { value: string; grants: Grant[] }

/** Something that a function is told, and that it takes no permission to know. */
export const told = (value: string): Access => ({ value, grants: [] })

type Reference = { Ref: string } | { 'Fn::GetAtt': string[] }
type Resolved = string | Reference | { 'Fn::Join': [separator: '', parts: (string | Reference)[]] }

/** A resource as cdk-nag names it: `arn:<AWS::Partition>:sns:…`. */
function nagName(resource: Resolved): string {
  if (typeof resource === 'string') return resource
  if ('Ref' in resource) return `<${resource.Ref}>`
  if ('Fn::GetAtt' in resource) return `<${resource['Fn::GetAtt'].join('.')}>`
  return resource['Fn::Join'][1].map(nagName).join('')
}

/** Gives cdk-nag the reason why a role has these patterns of resources, and no others. */
export function acknowledgePatterns(role: Role, resources: string[], reason: string): void {
  const patterns = resources.map((resource) => nagName(Stack.of(role).resolve(resource))).filter((name) => name.includes('*'))
  Validations.of(role).acknowledge(...patterns.map((name) => ({ id: `AwsSolutions-IAM5[Resource::${name}]`, reason })))
}
