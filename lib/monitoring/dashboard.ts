import { Stack } from 'aws-cdk-lib'
import { Dashboard, type IWidget, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import { callWidgets } from './call-widgets.ts'
import { limitWidgets } from './limit-widgets.ts'
import { logWidgets } from './log-widgets.ts'
import type { MonitoringProps } from './props.ts'
import { providerWidgets } from './provider-widgets.ts'
import { relayWidgets } from './relay-widgets.ts'
import type { Watched } from './watched.ts'

const heading = (markdown: string) => new TextWidget({ markdown: `## ${markdown}`, width: 24, height: 1 })

/** The one dashboard of a deployment: what users notice first, what explains it below. */
export function createDashboard(scope: Construct, props: MonitoringProps, watched: Watched): Dashboard {
  const section = (title: string, widgets: IWidget[]): IWidget[][] => [[heading(title)], widgets]
  return new Dashboard(scope, 'Dashboard', {
    // An account has one name of a dashboard in all of its regions.
    dashboardName: `wakecall-${props.stage}-${Stack.of(scope).region}`,
    // What is called “a minute” stays one, however long a time is looked at.
    periodOverride: PeriodOverride.INHERIT,
    widgets: [
      ...section('Calls', callWidgets(watched)),
      ...section('Apple, Google and their phones', providerWidgets(watched)),
      ...section('The relay', relayWidgets(watched)),
      ...section('Limits', limitWidgets(watched, props)),
      ...section('Logs', logWidgets(props)),
    ],
  })
}
