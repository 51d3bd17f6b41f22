import { Arn, ArnFormat } from 'aws-cdk-lib'
import type * as v from 'valibot'
import type { AppsSetting } from '../lambdas/kit/env.ts'
import type { Access, Grant } from './access.ts'

export type Apps = v.InferOutput<typeof AppsSetting>

const applicationsOf = (apps: Apps): string[] => [
  ...new Set(Object.values(apps).flatMap(({ voip, alert, fcm }) => [voip, alert, fcm].filter((arn) => arn !== undefined))),
]

const parts = (applicationArn: string) => Arn.split(applicationArn, ArnFormat.SLASH_RESOURCE_NAME)

const endpointsOf = (applicationArn: string): string => {
  const { resourceName, ...application } = parts(applicationArn)
  return Arn.format({ ...application, resource: 'endpoint', resourceName: `${resourceName}/*` })
}

/** Where SNS logs what became of the pushes of an application: its log groups for what was delivered and what was not. */
function deliveryLogsOf(applicationArn: string): string[] {
  const { partition = 'aws', region = '', account = '', resourceName } = parts(applicationArn)
  const group = `sns/${region}/${account}/app/${resourceName}`
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME
  return [group, `${group}/Failure`].map((name) =>
    Arn.format({ partition, service: 'logs', region, account, resource: 'log-group', resourceName: `${name}:*`, arnFormat }),
  )
}

// SNS checks some endpoint actions against the application's ARN, whatever the endpoint's is: both are granted.
const onEndpoints = (apps: Apps, actions: string[]): Grant => ({
  actions,
  resources: applicationsOf(apps).flatMap((arn) => [arn, endpointsOf(arn)]),
  wildcard: 'Endpoints are made as phones register: the pattern holds those of one platform application',
})

const accessTo = (apps: Apps, grants: Grant[]): Access => ({ value: JSON.stringify(apps), grants })

/** Pushes to phones, and deletes the endpoint of one that is gone. */
export const pushes = (apps: Apps): Access => accessTo(apps, [onEndpoints(apps, ['sns:Publish', 'sns:DeleteEndpoint'])])

/** Makes, enables and deletes the endpoints of phones. */
export const endpointWrites = (apps: Apps): Access =>
  accessTo(apps, [
    { actions: ['sns:CreatePlatformEndpoint'], resources: applicationsOf(apps) },
    onEndpoints(apps, ['sns:SetEndpointAttributes', 'sns:DeleteEndpoint']),
  ])

/** Searches SNS's delivery-status logs. */
export const deliveryReads = (apps: Apps): Access =>
  accessTo(apps, [
    {
      actions: ['logs:FilterLogEvents'],
      resources: applicationsOf(apps).flatMap(deliveryLogsOf),
      wildcard: 'The ARN of one log group ends in `:*` in policies: it stands for its streams, not for other groups',
    },
  ])
