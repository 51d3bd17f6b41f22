import {
  CreatePlatformApplicationCommand,
  DeletePlatformApplicationCommand,
  GetPlatformApplicationAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Applications } from '../../core/applications/application.ts'
import { ServiceError } from '../../core/applications/service-error.ts'
import { serviceError } from './service-error.ts'

/** Core tries again by its own rule; SNS may ask Apple or Google before it answers. */
const sns = new SNSClient({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true }),
})

const refused = serviceError('SNS')

export const applications: Applications = {
  async create(Name, Platform, Attributes) {
    const created = await sns.send(new CreatePlatformApplicationCommand({ Name, Platform, Attributes })).catch(refused)
    return created.PlatformApplicationArn as string
  },
  async attributes(PlatformApplicationArn) {
    const command = new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn })
    const { Attributes = {} } = await sns.send(command).catch(refused)
    return Attributes
  },
  async set(PlatformApplicationArn, Attributes) {
    await sns.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes })).catch(refused)
  },
  async remove(PlatformApplicationArn) {
    try {
      await sns.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn })).catch(refused)
    } catch (error) {
      if (!(error instanceof ServiceError && error.error === 'NotFound')) throw error
    }
  },
}
