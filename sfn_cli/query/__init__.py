"""Query languages: text -> a compiled expression -> JSON, without I/O, a clock or randomness.

    scope.py             what an expression can read (input, variables, context, time, seed)
    jsonpath/            `$.a.b`, `$$.State.Name`, `$variable.c`; Reference Paths (ResultPath)
    intrinsic_parser.py  `States.Format('{}', $.a)`; the functions themselves are in intrinsics.py
    jsonata/             `{% $states.input.a %}`
    payload_template.py  JSON with either kind of expression in it
    filter_pattern/      `{ $.level = "ERROR" }`: which events of a log match

https://states-language.net/#path, https://states-language.net/#payload-template
"""
