import type { Template } from 'aws-cdk-lib/assertions'

type Reference = { Ref: keyof typeof RESOLVED }
type Join = { 'Fn::Join': [separator: string, parts: (string | Reference)[]] }

/** The account of the simulated SNS of the tests. */
const RESOLVED = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-west-1', 'AWS::AccountId': '123456789012' }

/** The setting `APPS` of the function `credentials`, as CloudFormation resolves it in the account and the region of the tests. */
export function deployedApps(template: Template): string {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'))
  const found = functions.find(([id]) => id.startsWith('credentials'))
  if (!found) throw new Error('there is no function `credentials`')
  const [separator, parts] = (found[1].Properties.Environment.Variables.APPS as Join)['Fn::Join']
  return parts.map((part) => (typeof part === 'string' ? part : RESOLVED[part.Ref])).join(separator)
}
