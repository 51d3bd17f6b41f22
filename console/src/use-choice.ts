import { useState } from 'preact/hooks'

/** What is chosen, and how to choose. A choice stands until `make` has ended: what else happens in the meantime does not take it back. */
export function useChoice<T>(actual: T, make: (choice: T) => Promise<void>): [T, (choice: T) => void] {
  const [choice, setChoice] = useState<{ value: T }>()
  const choose = async (value: T) => {
    const mine = { value }
    setChoice(mine)
    await make(value)
    setChoice((last) => (last === mine ? undefined : last))
  }
  return [choice ? choice.value : actual, choose]
}
