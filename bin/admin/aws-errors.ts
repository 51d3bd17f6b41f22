/** What an error of the AWS SDK means for whoever runs the command, and what to do, by the error's name. */
const SAYS: Record<string, string> = {
  CredentialsProviderError:
    'There are no AWS credentials: sign in (`aws sso login`, `aws configure`) or choose a profile with AWS_PROFILE.',
  ExpiredTokenException: 'The AWS credentials have expired: sign in again.',
  ExpiredToken: 'The AWS credentials have expired: sign in again.',
  UnrecognizedClientException: 'AWS does not know these credentials: check AWS_PROFILE, or sign in again.',
  InvalidSignatureException: 'AWS does not accept these credentials: check the secret access key and the clock of this machine.',
  AccessDeniedException: 'These AWS credentials may not read and write the relay’s table (GetItem, PutItem, UpdateItem, Query).',
  ResourceNotFoundException:
    'The relay’s table is not in this account and region: check AWS_REGION, AWS_PROFILE and the outputs file.',
  TimeoutError: 'DynamoDB does not answer: check the network and AWS_REGION.',
}

const UNREACHABLE = ['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'ETIMEDOUT']

/** One line, the next step in it; an error that is not known here says what it says. */
export function explain(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException
  if (message === 'Region is missing') return 'There is no AWS region: set AWS_REGION to the one where the relay is deployed.'
  return SAYS[name] ?? (code && UNREACHABLE.includes(code) ? (SAYS.TimeoutError as string) : message)
}
