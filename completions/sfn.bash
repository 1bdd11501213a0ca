# Completion of sfn for bash: `eval "$(sfn completion bash)"` in ~/.bashrc.
#
# Bash splits the words of a line at the characters of COMP_WORDBREAKS, the colons of an ARN among them, and
# replaces only the part behind the last one. So sfn is given the line as it stands, and answers with such parts.

_sfn() {
    local program=sfn reply
    [[ $1 == */* ]] && program=$1
    COMPREPLY=()
    while IFS= read -r reply; do
        COMPREPLY+=("$reply")
    done < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    # More follows a folder, a part of an ARN, and an option that was written with "=". (Bash 3 has no compopt.)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:/=] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

complete -o nosort -F _sfn sfn 2>/dev/null || complete -F _sfn sfn
