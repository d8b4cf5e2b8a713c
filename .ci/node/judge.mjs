// GitHub's own parser and evaluator, asked by tests/forges.py: a question in JSON comes by standard input, the answer leaves as JSON.
import { readFileSync } from "node:fs";
import { register } from "node:module";

// The parser imports its JSON as bundlers allow it; Node wants to be told what it is.
const hook = `export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { Evaluator, Lexer, Parser, data } = await import("@actions/expressions");

const status = (name, value) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });

async function complaints(name, content) {
  // Half a second, which only they need.
  const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } = await import("@actions/workflow-parser");
  const parsed = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (parsed.value) await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: 1 });
  return parsed.context.errors.getErrors().map((error) => error.message);
}

function worth(text, contexts, failed) {
  const functions = [status("always", true), status("cancelled", false), status("success", !failed), status("failure", failed)];
  const tree = new Parser(new Lexer(text).lex().tokens, Object.keys(contexts), functions).parse();
  const known = JSON.parse(JSON.stringify(contexts), data.reviver);
  const value = new Evaluator(tree, known, new Map(functions.map((it) => [it.name, it]))).evaluate();
  return { text: value.coerceString() };
}

const asked = JSON.parse(readFileSync(0, "utf8"));
const answer = { complaints: {}, worth: [] };
for (const [name, content] of Object.entries(asked.workflows ?? {})) answer.complaints[name] = await complaints(name, content);
for (const [text, contexts, failed] of asked.expressions ?? []) answer.worth.push(worth(text, contexts, failed));
process.stdout.write(JSON.stringify(answer));
