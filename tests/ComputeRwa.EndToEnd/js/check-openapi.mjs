// Validates an OpenAPI document with an ordinary validator: node check-openapi.mjs <url>
import { Validator } from "@seriousme/openapi-schema-validator";

const document = await (await fetch(process.argv[2])).json();
const validator = new Validator();
const { valid, errors } = await validator.validate(document);
if (!valid) {
  console.error(JSON.stringify(errors, null, 2));
  process.exit(1);
}
console.log(`valid OpenAPI ${validator.version}, ${Object.keys(document.paths).length} paths`);
if (validator.version !== "3.1") process.exit(1);
