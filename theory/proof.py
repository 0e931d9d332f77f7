"""The two judges of an exact step: SymPy for identities, z3 for formulas over the reals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import add, eq, ge, gt, le, lt, mul, ne

import sympy as sp
import z3
from sympy.logic.boolalg import BooleanAtom

from theory.claim import Finding, Instance
from theory.matrices import normal_form
from theory.notation import Expectation

_TIMEOUT_MS = 20_000


def identity(statement: sp.Basic, **covered: str) -> Finding:
    """Decide an equation between SymPy expressions, for all values of its symbols.

    Unevaluated parts (expectations, sums) are evaluated first. Equality of scalars is proved by
    simplification of the difference to zero, and disproved by a point where the difference is not
    zero. Equality of matrices of symbolic size is proved where both sides have one normal form.

    Parameters
    ----------
    statement
        An `Eq` that SymPy has not already decided when it was built.
    covered
        Ranges of the symbols, for the report.

    An equation whose sides are written alike says nothing and is undecided.
    """
    if not isinstance(statement, sp.Eq) or statement.lhs == statement.rhs:
        return Finding(None, covered, f"not an open equation: {statement}")
    left, right = normal_form(statement.lhs), normal_form(statement.rhs)
    if left.is_Matrix:
        same = left == right
        return Finding(same or None, covered, "" if same else f"{left} and {right} may differ")
    difference = sp.simplify(left - right)
    verdict = difference.equals(0)
    return Finding(verdict, covered, "" if verdict else f"left minus right is {difference}")


def valid(statement: sp.Basic, *, timeout_ms: int = _TIMEOUT_MS, **covered: str) -> Finding:
    """Decide a formula over the reals for all values of its free symbols.

    z3 is asked for a counterexample; if there is none the formula is valid.

    Parameters
    ----------
    statement
        Boolean combination of (in)equalities of polynomials, quotients and square roots. A statement that SymPy
        already collapsed to true or false proves nothing and is undecided. So is one with an implication, at any
        depth, whose premise is never true where it is applied, or one of whose alternatives never is: a case that a
        proof excludes belongs in the conclusion.
    timeout_ms
        Milliseconds after which the finding is undecided.
    covered
        Ranges of the symbols, for the report.

    Raises
    ------
    TypeError
        If the statement holds something that is not first-order real arithmetic.
    """
    if isinstance(statement, BooleanAtom):
        return Finding(None, covered, f"collapsed to {statement} when it was built")
    statement, roots = _without_roots(statement)

    def solver_of(*formulas: z3.ExprRef) -> z3.Solver:
        # A solver of its own for each question: after a push, z3 forgoes its decision procedure for polynomials.
        solver = z3.Solver()
        solver.set("timeout", timeout_ms)
        solver.add(*map(to_z3, roots), *formulas)
        return solver

    for situation in _situations(statement, ()):
        shown = ", ".join(map(str, situation))
        solver = solver_of(*map(to_z3, situation))
        possible = solver.check()
        if possible == z3.unsat:
            return Finding(None, covered, f"the premise is never true: {shown}")
        if possible != z3.sat:
            return Finding(None, covered, f"z3 gave no answer whether {shown} is ever true: {solver.reason_unknown()}")
    solver = solver_of(z3.Not(to_z3(statement)))
    answer = solver.check()
    if answer == z3.unsat:
        return Finding(True, covered)
    if answer == z3.sat:
        return Finding(False, covered, f"fails at {solver.model()}")
    return Finding(None, covered, f"z3 gave no answer: {solver.reason_unknown()}")


def _situations(statement: sp.Basic, known: tuple[sp.Basic, ...]) -> Iterator[tuple[sp.Basic, ...]]:
    """Take every implication of a statement, and give what holds together where it is applied, case by case."""
    if isinstance(statement, sp.Implies):
        premise, conclusion = statement.args
        yield from ((*known, *case) for case in _cases(premise))
        yield from _situations(conclusion, (*known, premise))
    elif isinstance(statement, sp.And | sp.Or):
        for part in statement.args:
            yield from _situations(part, known)


def _cases(premise: sp.Basic) -> Iterator[tuple[sp.Basic, ...]]:
    """Give a premise, and for every disjunction in it the premise with one of its alternatives in its place."""
    yield (premise,)
    if isinstance(premise, sp.Or):
        for alternative in premise.args:
            yield from _cases(alternative)
    elif isinstance(premise, sp.And):
        for part in premise.args:
            others = tuple(other for other in premise.args if other is not part)
            yield from ((*others, *case) for case in _cases(part) if case != (part,))


def _without_roots(statement: sp.Basic) -> tuple[sp.Basic, list[sp.Basic]]:
    """Name every square root by a symbol, and say what it is where its radicand is not negative."""
    definitions: list[sp.Basic] = []

    def name(radicand: sp.Expr, power: sp.Rational) -> sp.Expr:
        root = sp.Symbol(f"sqrt({radicand})", real=True)
        defined = sp.And(root >= 0, sp.Eq(root**2, radicand))
        definitions.append(sp.Or(radicand < 0, defined))
        return root ** (2 * power)

    named = statement.replace(
        lambda part: isinstance(part, sp.Pow) and abs(part.exp) == sp.S.Half, lambda part: name(*part.args)
    )
    return named, definitions


_OPERATIONS: dict[type, Callable[..., z3.ExprRef]] = {
    sp.And: z3.And,
    sp.Or: z3.Or,
    sp.Not: z3.Not,
    sp.Implies: z3.Implies,
    sp.Add: lambda *terms: reduce(add, terms),
    sp.Mul: lambda *factors: reduce(mul, factors),
    sp.Abs: lambda value: z3.If(value >= 0, value, -value),
    sp.Max: lambda *values: reduce(lambda a, b: z3.If(a >= b, a, b), values),
    sp.Min: lambda *values: reduce(lambda a, b: z3.If(a <= b, a, b), values),
    sp.Eq: eq,
    sp.Ne: ne,
    sp.StrictLessThan: lt,
    sp.LessThan: le,
    sp.StrictGreaterThan: gt,
    sp.GreaterThan: ge,
}


def to_z3(statement: sp.Basic) -> z3.ExprRef:
    """Translate a SymPy formula of real arithmetic, every free symbol and every expectation a real variable.

    Raises
    ------
    TypeError
        If the formula holds something else, or a symbol that may be complex.
    """
    if isinstance(statement, sp.Symbol | Expectation):
        if not statement.is_real:
            raise TypeError(f"symbol {statement} is not declared real")
        return z3.Real(str(statement))
    if isinstance(statement, sp.Rational):
        return z3.Q(statement.p, statement.q)
    if isinstance(statement, sp.Pow) and statement.exp.is_Integer:
        # A quotient of z3 is total, its value at zero arbitrary: what is valid holds regardless.
        base, exponent = to_z3(statement.base), int(statement.exp)
        power = reduce(mul, [base] * abs(exponent))
        return power if exponent > 0 else 1 / power
    operation = next((op for type_, op in _OPERATIONS.items() if isinstance(statement, type_)), None)
    if operation is None:
        raise TypeError(f"not a formula of real arithmetic: {statement}")
    return operation(*map(to_z3, statement.args))


def true_at(statement: sp.Basic, instances: Iterable[Instance]) -> Finding:
    """Decide a statement at instances, each of which says what stands for its abstract parts.

    Passes if there is an instance and the statement comes out true at all of them.
    """
    count = 0
    for count, instance in enumerate(instances, 1):
        there = statement.xreplace(dict(instance))
        # SymPy leaves equations open that hold or fail as identities, and turns some into their negation.
        there = there.replace(sp.Eq, _same).replace(sp.Ne, lambda *sides: sp.Not(_same(*sides))).doit()
        if there != sp.true:
            shown = ", ".join(f"{part} = {value}" for part, value in instance.items())
            return Finding(False, {"instances": count}, f"reads {there} at {shown}")
    return Finding(count > 0 or None, {"instances": count})


def attained_at(statement: sp.Basic, instances: Iterable[Instance]) -> Finding:
    """Decide whether every inequality of a statement is an equation at instances: no constant in it could be better."""
    parts = [part for part in sp.And.make_args(statement) if isinstance(part, sp.LessThan | sp.GreaterThan)]
    if not parts:
        return Finding(None, detail=f"no inequality in {statement}")
    return true_at(sp.And(*(sp.Eq(*part.args, evaluate=False) for part in parts)), instances)


def _same(left: sp.Basic, right: sp.Basic) -> sp.Basic:
    """Whether two polynomials, or matrices of them, are equal for all values of their symbols."""
    if isinstance(left, sp.Expr) and isinstance(right, sp.Expr):
        difference = sp.expand(left.doit() - right.doit())
        return sp.sympify(all(entry == 0 for entry in (difference if difference.is_Matrix else [difference])))
    return sp.Eq(left, right)


def counterexample(statement: sp.Basic, point: Mapping[sp.Symbol, sp.Expr]) -> Finding:
    """Refute a statement at a point, exactly: passes if the statement is false there."""
    there = sp.simplify(statement.subs(point).doit())
    covered = {str(symbol): str(value) for symbol, value in point.items()}
    return Finding(there == sp.false, covered, "" if there == sp.false else f"there it reads {there}")
