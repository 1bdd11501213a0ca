"""Query languages: compile text to expressions, which evaluate to JSON. Pure: no I/O, clock or randomness.

    scope.py             the data of an expression (input, variables, context, time, seed)
    jsonpath/            `$.a.b`, `$$.State.Name`, `$variable.c`; Reference Paths (ResultPath)
    intrinsic_parser.py  `States.Format('{}', $.a)`; the functions themselves are in intrinsics.py
    jsonata/             `{% $states.input.a %}`
    payload_template.py  JSON that contains expressions
    filter_pattern/      `{ $.level = "ERROR" }`, which matches log events

https://states-language.net/#path, https://states-language.net/#payload-template
"""
