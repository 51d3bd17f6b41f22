import { type Service, ServiceError } from '../../core/applications/service-error.ts'

type SdkError = Error & { $metadata?: { httpStatusCode?: number } }

/** The SDK's own error is left behind: it holds the whole answer, and an answer may quote a credential. */
export const serviceError =
  (service: Service) =>
  (cause: unknown): never => {
    const { name, message, $metadata } = cause as SdkError
    throw new ServiceError(service, { name, message, status: $metadata?.httpStatusCode })
  }
