<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Marking</title>
<script src="{{ base_url }}/formgrader/static/node_modules/jquery/dist/jquery.min.js"></script>
<script src="{{ base_url }}/formgrader/static/node_modules/underscore/underscore-min.js"></script>
<script src="{{ base_url }}/formgrader/static/node_modules/backbone/backbone-min.js"></script>
<script src="{{ base_url }}/formgrader/static/node_modules/bootstrap/dist/js/bootstrap.min.js"></script>
<script src="{{ base_url }}/formgrader/static/node_modules/datatables.net/js/jquery.dataTables.js"></script>
<script src="{{ base_url }}/formgrader/static/node_modules/datatables.net-bs/js/dataTables.bootstrap.js"></script>
<script src="{{ base_url }}/formgrader/static/js/backbone_xsrf.js"></script>
<script src="{{ base_url }}/formgrader/static/js/utils.js"></script>
<link rel="stylesheet" href="{{ base_url }}/formgrader/static/node_modules/bootstrap/dist/css/bootstrap.min.css">
<link rel="stylesheet" href="{{ base_url }}/formgrader/static/node_modules/datatables.net-bs/css/dataTables.bootstrap.css">
<link rel="stylesheet" href="{{ base_url }}/formgrader/static/css/nbgrader.css">
<link rel="stylesheet" href="{{ base_url }}/formgrader/homework/marking.css">
<script>
var base_url = "{{ base_url }}";
</script>
{%- block head -%}{%- endblock -%}
</head>
<body>
<main class="container">
<div class="page-header"><h1>Marking</h1></div>
{#- nbgrader's sidebar and buttons are not here: what they start runs students' code without a sandbox -#}
{%- block breadcrumbs -%}{%- endblock -%}
<p>What is not known yet counts as 0 in these scores; the column “Needs manual grade?” says where something is to be marked.</p>
<table class="table table-hover">
<thead>{%- block table_header -%}{%- endblock -%}</thead>
<tbody id="main-table">{%- block table_body -%}{%- endblock -%}</tbody>
</table>
</main>
{%- block script -%}{%- endblock -%}
</body>
</html>
