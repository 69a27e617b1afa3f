// What is thrown where it cannot be told what uv would do: the message says why.

export class Unknown extends Error {}
