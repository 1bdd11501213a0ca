"""Query languages: text -> a compiled expression -> JSON, with no I/O, clock or dice of its own.

    scope.py             what an expression may see (input, variables, context, time, seed)
    jsonpath.py          `$.a.b`, `$$.State.Name`, `$variable.c`
    reference_path.py    the paths that can be written to (ResultPath)
    intrinsic_parser.py  `States.Format('{}', $.a)`; what the functions do is in intrinsics.py
    jsonata.py           `{% $states.input.a %}`; the engine is behind jsonata_engine.py
    payload_template.py  JSON with either kind of expression in it

https://states-language.net/#path, https://states-language.net/#payload-template
"""
