// Which mutants a Solidity source has: pure functions over the compiler's AST. Nothing here reads or runs anything.
import { createHash } from "node:crypto";

const flips = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "|=": ["&="],
  "&=": ["|="],
  "^=": ["|="],
  "<<=": [">>="],
  ">>=": ["<<="],
  "++": ["--"],
  "--": ["++"],
};
const swappedNames = { min: "max", max: "min", saturatingAdd: "saturatingSub", saturatingSub: "saturatingAdd" };

/** The code of a source without comments and layout, so that a better comment does not make a report stale. */
export function codeHash(source) {
  const code = source
    .replace(/("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, text) => text ?? " ")
    .replace(/\s+/g, " ");
  return createHash("sha256").update(code.trim()).digest("hex");
}

/**
 * Mutants of one source: `{ id, file, line, where, kind, from, to, start, end }`, offsets in bytes. The id names the enclosing
 * function and the change, not the line, so that it outlives edits elsewhere in the file.
 */
export function mutantsOf(file, source, ast) {
  const bytes = Buffer.from(source);
  const text = (node) => slice(...span(node));
  const slice = (start, end) => bytes.subarray(start, end).toString();
  const found = [];
  const seen = new Map();
  const statement = (node) => {
    const [start, end] = span(node);
    return [start, end + slice(end, bytes.length).match(/^\s*;|/)[0].length];
  };

  function add(kind, [start, end], to, where) {
    const from = slice(start, end);
    const key = [file, where, kind, from, to].join("\n");
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const id = createHash("sha256").update(`${key}\n${nth}`).digest("hex").slice(0, 10);
    const line = slice(0, start).split("\n").length;
    found.push({ id, file, line, where, kind, from, to, start, end });
  }

  // The operator stands between two spans; what else is there is white space.
  function flip(kind, operator, start, end, where) {
    const at = slice(start, end).indexOf(operator);
    const begin = start + Buffer.byteLength(slice(start, end).slice(0, at));
    for (const to of at < 0 ? [] : (flips[operator] ?? [])) add(kind, [begin, begin + operator.length], to, where);
  }

  const visitors = {
    BinaryOperation(n, where) {
      flip("operator", n.operator, span(n.leftExpression)[1], span(n.rightExpression)[0], where);
    },
    Assignment(n, where) {
      if (n.operator !== "=") flip("operator", n.operator, span(n.leftHandSide)[1], span(n.rightHandSide)[0], where);
    },
    UnaryOperation(n, where) {
      const [start, end] = span(n);
      const inner = span(n.subExpression);
      if (n.operator === "++" || n.operator === "--")
        flip("operator", n.operator, n.prefix ? start : inner[1], n.prefix ? inner[0] : end, where);
      if (["!", "-", "~"].includes(n.operator)) add("operator", [start, end], text(n.subExpression), where);
    },
    Literal(n, where) {
      const to = otherLiteral(n, text(n));
      if (to !== null) add("constant", span(n), to, where);
    },
    MemberAccess(n, where) {
      const [start, end] = span(n);
      if (n.expression.nodeType === "FunctionCall" && n.expression.expression?.name === "type") {
        if (n.memberName === "max") add("constant", [start, end], `(${text(n)} - 1)`, where);
      } else if (swappedNames[n.memberName] && /function/.test(n.typeDescriptions.typeString)) {
        add("operator", [end - n.memberName.length, end], swappedNames[n.memberName], where);
      }
    },
    FunctionCall(n, where) {
      if (n.expression.memberName !== "ceilDiv") return;
      add("operator", span(n), `((${text(n.arguments[0])}) / (${text(n.arguments[1])}))`, where);
    },
    Conditional(n, where) {
      add(
        "condition",
        span(n),
        `(${text(n.condition)} ? ${text(n.falseExpression)} : ${text(n.trueExpression)})`,
        where,
      );
    },
    IfStatement(n, where) {
      if (!n.falseBody && reverts(n.trueBody)) return add("check dropped", statement(n), "{}", where);
      for (const value of ["true", "false"]) add("condition", span(n.condition), value, where);
    },
    ExpressionStatement(n, where) {
      const isCheck = ["require", "assert"].includes(n.expression.expression?.name);
      if (n.expression.expression?.name === "revert") return;
      add(isCheck ? "check dropped" : "statement dropped", statement(n), "{}", where);
    },
    EmitStatement(n, where) {
      add("statement dropped", statement(n), "{}", where);
    },
    ModifierInvocation(n, where) {
      if (n.kind === "modifierInvocation") add("check dropped", span(n), "", where);
    },
  };

  (function walk(node, where) {
    if (Array.isArray(node)) return node.forEach((child) => walk(child, where));
    if (node === null || typeof node !== "object") return;
    if (node.nodeType === "InlineAssembly" || node.nodeType === "ImportDirective") return;
    if (node.nodeType === "FunctionDefinition" || node.nodeType === "ModifierDefinition")
      where = node.name || node.kind;
    else if (node.nodeType === "VariableDeclaration" && node.stateVariable) where = node.name;
    visitors[node.nodeType]?.(node, where);
    // What stands in the head of a loop is no statement to drop.
    for (const [key, child] of Object.entries(node))
      if (key === "loopExpression") walk(child.expression, where);
      else if (key === "initializationExpression") walk(child?.initialValue, where);
      else if (key !== "typeDescriptions" && key !== "documentation" && key !== "typeName") walk(child, where);
  })(ast.nodes, "");
  return found;
}

/** The source with the mutant in it. */
export function mutated(source, { start, end, to }) {
  const bytes = Buffer.from(source);
  return bytes.subarray(0, start).toString() + to + bytes.subarray(end).toString();
}

function span(node) {
  const [start, length] = node.src.split(":").map(Number);
  return [start, start + length];
}

function reverts(body) {
  const only = body.nodeType === "Block" ? (body.statements.length === 1 ? body.statements[0] : {}) : body;
  return only.nodeType === "RevertStatement" || only.expression?.expression?.name === "revert";
}

// Another value of the same form; null where there is none to write.
function otherLiteral(node, text) {
  if (node.kind === "bool") return text === "true" ? "false" : "true";
  if (node.kind === "string")
    return text.length === 2 ? '"x"' : `"${node.value.slice(0, -1)}${node.value.endsWith("~") ? "!" : "~"}"`;
  if (node.kind !== "number" || text.length === 42) return null;
  if (/^0x/.test(text)) {
    const width = text.length - 2;
    return `0x${((BigInt(text) + 1n) % 16n ** BigInt(width)).toString(16).padStart(width, "0")}`;
  }
  return node.subdenomination
    ? `(${text} + 1)`
    : /^[\d_]+$/.test(text)
      ? String(BigInt(text.replaceAll("_", "")) + 1n)
      : `(${text} + 1)`;
}

/** A repeatable choice of `count` mutants: the order of a hash of seed and id. */
export function sample(mutants, count, seed) {
  const rank = (m) => createHash("sha256").update(`${seed} ${m.id}`).digest("hex");
  return mutants
    .map((m) => [rank(m), m])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, m]) => m);
}
