# Erros nos argumentos.

usage-value-missing = «{ $argument }» precisa de um valor
usage-value-unknown = «{ $value }» não é um valor de «{ $argument }»: use um de { $valid }
usage-value-invalid = valor inválido «{ $value }» para «{ $argument }»: { $reason }
usage-key = a chave de API nunca é um argumento, porque outros utilizadores podem ver os argumentos: execute «zexa login», defina ZEXA_API_KEY ou use --api-key-stdin
usage-unknown = argumento inesperado «{ $argument }»
usage-unknown-command = comando desconhecido «{ $name }»
usage-no-command = falta um comando: { $valid }
usage-missing = falta: { $arguments }
usage-repeated = «{ $argument }» só pode ser usado uma vez
usage-conflict = «{ $argument }» não pode ser usado com { $other }
usage-too-many = valor inesperado «{ $value }» para «{ $argument }»
usage-utf8 = um argumento não está em UTF-8
usage-invalid = os argumentos são inválidos
usage-suggested = Queria dizer { $suggested }?
usage-quotes = Um texto ou um nome de ficheiro com espaços precisa de aspas, como em "Olá Ana".
usage-more = Para mais informação, use --help.

# Palavras da ajuda, que substituem as inglesas.
word-usage = Utilização:
word-commands = Comandos:
word-arguments = Argumentos:
word-options = Opções:
word-global-options = Opções globais:
word-examples = Exemplos:
word-options-place = [OPÇÕES]
word-command-place = <COMANDO>
word-settle-places = <FICHEIRO> [CHAVE]... <sent [ID]|not-sent>
word-default = [predefinição:
word-values = [valores possíveis:

# Títulos das páginas de manual.
man-manual = Manual da Zexa
man-name = NOME
man-synopsis = SINOPSE
man-description = DESCRIÇÃO
man-options = OPÇÕES
man-global-options = OPÇÕES GLOBAIS
man-commands = COMANDOS
man-examples = EXEMPLOS
man-exit-codes = CÓDIGOS DE SAÍDA
man-values = Valores possíveis:
man-version = VERSÃO
