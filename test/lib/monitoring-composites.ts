import type { Template } from 'aws-cdk-lib/assertions'

type Properties = { AlarmName: string; AlarmRule: unknown; AlarmActions: unknown; OKActions: unknown }

/** The alarms over alarms, the urgent one first: whom they tell, and the logical ids that their rules name. */
export const compositesOf = (template: Template) =>
  Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm'))
    .map((resource) => resource.Properties as Properties)
    .map(({ AlarmName: name, AlarmRule, AlarmActions, OKActions }) => ({
      name,
      actions: { AlarmActions, OKActions },
      ids: [...JSON.stringify(AlarmRule).matchAll(/\["(\w+)","Arn"\]/g)].map(([, id = '']) => id),
    }))
    .sort((a, b) => a.name.length - b.name.length)
