// The description of the service, held against OpenAPI's own schema.
import { Validator } from "@seriousme/openapi-schema-validator";

export async function validate(description) {
  const { valid, errors } = await new Validator().validate(description);
  if (!valid) throw new Error(JSON.stringify(errors, null, 2));
  const count = Object.keys(description.paths).length;
  if (count < 5) throw new Error("there is nothing in it");
  return `${count} addresses`;
}
