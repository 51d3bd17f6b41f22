import type { ComponentChildren } from 'preact'

/** What a form was filled with, by the names of its fields. */
export type Fields = Record<string, string>

/** Fields with a title and one button; `onSubmit` gets what stands in them. */
export function Form({
  title,
  onSubmit,
  children,
}: {
  title: string
  onSubmit: (fields: Fields) => void
  children: ComponentChildren
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    onSubmit(Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Fields)
  }
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>{title}</legend>
        {children}
      </fieldset>
    </form>
  )
}

type SelectProps = {
  label: string
  options: readonly (readonly [value: string, words: string])[]
  name?: string
  value?: string
  onChange?: (value: string) => void
}

export function Select({ label, options, name, value, onChange }: SelectProps) {
  return (
    <label>
      {label}{' '}
      <select name={name} value={value} onChange={({ currentTarget }) => onChange?.(currentTarget.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}
