import type { SnsPlatform } from '../../wire/payload.ts'
import { invalid, SnsError } from './errors.ts'

/** The account and region that a simulated SNS stands for. */
export type Home = { region: string; account: string }

export const applicationArn = ({ region, account }: Home, platform: SnsPlatform, name: string): string =>
  `arn:aws:sns:${region}:${account}:app/${platform}/${name}`

/** `…:app/APNS/phone` → `…:endpoint/APNS/phone/<id>`. */
export const endpointArn = (application: string, id: string): string => `${application.replace(':app/', ':endpoint/')}/${id}`

/** Refuses what is no ARN, and ARNs of another account, as SNS does before it looks for the resource. */
export function checkArn(home: Home, parameter: string, arn: string, action: string): void {
  const elements = arn.split(':')
  if (elements.length < 6) throw invalid(parameter, `An ARN must have at least 6 elements, not ${elements.length}`)
  const [, , service, region, account] = elements
  if (service !== 'sns' || region !== home.region) throw invalid(parameter, 'Wrong service or region in the ARN')
  if (account !== home.account) {
    const user = `arn:aws:iam::${home.account}:user/simulated`
    throw new SnsError('AuthorizationError', `User: ${user} is not authorized to perform: SNS:${action} on resource: ${arn}`)
  }
}
