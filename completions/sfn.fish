# Completion of sfn for fish: this file in ~/.config/fish/completions, or `sfn completion fish | source`.

function __sfn_complete
    set --local words (commandline --tokenize --cut-at-cursor --current-process)
    set --local program $words[1]
    string match --quiet '*/*' -- $program; or set program sfn
    set --append words (commandline --cut-at-cursor --current-token)
    $program __complete fish $words[2..-1] 2>/dev/null
end

complete --command sfn --no-files --keep-order --arguments '(__sfn_complete)'
