import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { type Access, told } from './access.ts'

/**
 * The key that callers' numbers are hashed with before they are stored (lambdas/kit/caller.ts); none to store them as they
 * are. It keeps them from whoever reads the table, a backup or an export of it; not from who may read the function's
 * configuration or this secret, for with the key every number can be tried. CloudFormation puts it into the environment:
 * it stands in no template.
 */
export function callerKey(scope: Construct, keepNumbers: boolean): Access {
  if (keepNumbers) return told('')
  const secret = new Secret(scope, 'CallerKey', {
    description: "Wakecall: what callers' numbers are hashed with",
    generateSecretString: { passwordLength: 43, excludePunctuation: true },
    removalPolicy: RemovalPolicy.DESTROY,
  })
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'Another key makes other hashes: two calls of one caller would no longer show as that',
  })
  return told(secret.secretValue.unsafeUnwrap())
}
