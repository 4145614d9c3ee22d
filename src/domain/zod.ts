import * as z from 'zod/mini'

// A compiled schema pays for itself after some hundred values; a session checks a handful, and would wait for the compiler.
z.config({ jitless: true })

export { z }
